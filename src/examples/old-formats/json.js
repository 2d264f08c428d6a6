'use strict'
// `json`: one JSON object per call on stdin, one on stdout.

const readline = require('readline')
const { grouped, lowerCased, override, run } = require('./program')

/** Answers each line of stdin; toCall and toAnswer turn its object into a call, and the program's answer into an object. */
async function converse (toCall, toAnswer) {
  for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const answer = await run(toCall(JSON.parse(line)))
    if (!answer.done) {
      process.stdout.write(JSON.stringify(override(toAnswer(answer), answer.overrides)) + '\n' + answer.surplus)
    }
    answer.after.forEach((action) => action())
  }
}

const toCall = (event) => ({
  method: event.protocol.method,
  url: event.protocol.request_url,
  headers: lowerCased(event.protocol.headers),
  type: event.content_type,
  deadline: event.deadline,
  id: event.call_id,
  body: Buffer.from(event.body)
})

const toAnswer = (answer) => ({
  body: answer.body.toString(),
  content_type: answer.type,
  protocol: { status_code: answer.status, headers: grouped(answer.headers) }
})

module.exports = { converse, serve: () => converse(toCall, toAnswer) }
