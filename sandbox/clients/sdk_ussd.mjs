// A USSD application made of the helper in Africa's Talking's own SDK for Node, with Express.
//
// Prints the port that it listens on.
import AfricasTalking from 'africastalking'
import express from 'express'

const { USSD } = AfricasTalking({ username: 'sandbox', apiKey: 'any key' })
const app = express()
app.post('/ussd', ...USSD((params, next) => {
  const [last] = params.text.split('*').slice(-1)
  next(last === ''
    ? { response: `Hello ${params.phoneNumber}\n1. Who am I?`, endSession: false }
    : { response: `You said ${last} to ${params.serviceCode} on ${params.networkCode}`, endSession: true })
}))
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))
