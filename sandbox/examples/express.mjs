// A USSD application with Express, in one file: `npm install express`, `node express.mjs`.
import express from 'express'

const app = express()
app.use(express.urlencoded({ extended: false }))

// Everything typed so far comes in `text`, joined by `*`. Answer 200, text/plain, `CON ` or `END `.
app.post('/ussd', (request, response) => {
  const answers = request.body.text === '' ? [] : request.body.text.split('*')
  response.type('text/plain').send(screen(answers, request.body.phoneNumber))
})

// End-of-session events, delivery reports and the like only want to be acknowledged.
app.post(['/events', '/delivery', '/inbound', '/optout'], (request, response) => response.sendStatus(200))

function screen (answers, phoneNumber) {
  if (answers.length === 0) return 'CON Welcome to Duka\n1. Airtime\n2. My number'
  if (answers[0] === '2') return `END Your number is ${phoneNumber}`
  if (answers[0] !== '1') return 'END No such choice'
  if (answers.length === 1) return 'CON How much? (KES)'
  return /^[1-9][0-9]{0,3}$/.test(answers[1])
    ? `END KES ${answers[1]} of airtime is on its way`
    : 'END That is no amount'
}

const server = app.listen(process.env.PORT ?? 3000, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`)
})
