// mpesa-node, Safaricom's own library for Node, against the sandbox: every conversation it has with
// the parts of Daraja that the sandbox simulates.
//
// BASE_URL is the sandbox, PHONE a number of 12 digits, CERTIFICATE the sandbox's certificate.
// Prints what was answered and told as JSON.
import http from 'node:http'
import Mpesa from 'mpesa-node'

const { BASE_URL, PHONE, CERTIFICATE } = process.env
const shortCode = 174379

const mpesa = new Mpesa({
  consumerKey: 'any key',
  consumerSecret: 'any secret',
  environment: 'sandbox',
  shortCode,
  initiatorName: 'testapi',
  lipaNaMpesaShortCode: shortCode,
  lipaNaMpesaShortPass: 'bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919',
  securityCredential: 'Sandbox2026#',
  certPath: CERTIFICATE
})
// The base URL is all that is changed.
mpesa.baseURL = BASE_URL

// Takes what Daraja tells, and accepts it.
const told = new Map()
const waiting = new Map()
const server = http.createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  response.writeHead(200, { 'content-type': 'application/json' })
  await new Promise(resolve => response.end(JSON.stringify({ ResultCode: '0', ResultDesc: 'Accepted' }), resolve))
  // Last, so that the program cannot end before the answer is out.
  told.set(request.url, [...(told.get(request.url) ?? []), JSON.parse(body)])
  waiting.get(request.url)?.()
})
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const own = `http://127.0.0.1:${server.address().port}`
const next = async path => {
  const deadline = AbortSignal.timeout(30_000)
  while (!(told.get(path) ?? []).length) {
    await new Promise((resolve, reject) => {
      waiting.set(path, resolve)
      deadline.addEventListener('abort', () => reject(new Error(`nothing came to ${path}`)))
    })
  }
  return told.get(path).shift()
}

const registered = (await mpesa.c2bRegister(own + '/confirm', own + '/validate')).data
const push = (await mpesa.lipaNaMpesaOnline(PHONE, 100, own + '/stk', 'INV-1')).data
const paid = (await next('/stk')).Body.stkCallback
const query = (await mpesa.lipaNaMpesaQuery(push.CheckoutRequestID)).data
const confirmed = await next('/confirm')

const simulated = (await mpesa.c2bSimulate(PHONE, 30, 'INV-2')).data
const simulatedConfirmed = await next('/confirm')

const payout = (await mpesa.b2c(shortCode, PHONE, 50, own + '/timeout', own + '/result')).data
const sent = (await next('/result')).Result
await mpesa.transactionStatus(sent.TransactionID, shortCode, 4, own + '/timeout', own + '/result')
const status = (await next('/result')).Result
await mpesa.accountBalance(shortCode, 4, own + '/timeout', own + '/result')
const balance = (await next('/result')).Result
await mpesa.reversal(simulatedConfirmed.TransID, 30, own + '/timeout', own + '/result')
const reversal = (await next('/result')).Result

console.log(JSON.stringify({
  registered, push, paid, query, confirmed, simulated, simulatedConfirmed, payout, sent, status, balance, reversal
}))
server.closeAllConnections()
server.close()
