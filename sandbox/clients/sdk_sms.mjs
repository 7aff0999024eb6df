// Africa's Talking's own SDK for Node, against the sandbox: SMS of every kind, and fetching.
//
// BASE_URL is the sandbox, PHONE and OTHER_PHONE two numbers. Prints what came back as JSON.
import { createRequire } from 'node:module'
import AfricasTalking from 'africastalking'

const { BASE_URL, PHONE, OTHER_PHONE } = process.env

const client = AfricasTalking({ username: 'sandbox', apiKey: 'any key' })
// The base URL is all that is changed; the SDK keeps its addresses here and has no setting.
const urls = createRequire(import.meta.url)('africastalking/lib/common.js')
urls.BASE_URL = urls.CONTENT_URL = BASE_URL + '/version1'
urls.SMS_URL = BASE_URL + '/version1/messaging'

const sms = client.SMS
const answers = {
  bulk: await sms.send({ to: [PHONE, OTHER_PHONE], message: 'To both of you', from: 'DEMO' }),
  queued: await sms.send({ to: PHONE, message: 'Later', enqueue: true }),
  premium: await sms.sendPremium({
    to: PHONE, message: 'You asked', from: '22384', keyword: 'quiz', linkId: 'link-1', retryDurationInHours: 1
  }),
  list: await sms.send([
    { to: PHONE, message: 'One of two' },
    { to: OTHER_PHONE, message: 'Two of two', senderId: 'DEMO' }
  ]),
  received: await sms.fetchMessages({ lastReceivedId: 0 })
}
sms.options.apiKey = ''
answers.refused = await sms.send({ to: PHONE, message: 'Without a key' })
  .catch(error => ({ status: error.response.status, body: error.response.data }))
console.log(JSON.stringify(answers))
