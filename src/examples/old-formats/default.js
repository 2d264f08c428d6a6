'use strict'
// `default`: one process per call, the body on stdin, everything else in the environment, the answer's body on stdout.

const { print, run } = require('./program')

const PREFIX = 'FN_HEADER_'

async function serve () {
  const env = process.env
  const headers = {}
  for (const [key, value] of Object.entries(env)) {
    if (key.startsWith(PREFIX)) {
      headers[key.slice(PREFIX.length).toLowerCase()] = [value]
    }
  }
  const chunks = []
  for await (const chunk of process.stdin) {
    chunks.push(chunk)
  }
  const answer = await run({
    method: env.FN_METHOD,
    url: env.FN_REQUEST_URL,
    headers,
    type: headers['content-type']?.[0] || '',
    deadline: env.FN_DEADLINE,
    id: env.FN_CALL_ID,
    body: Buffer.concat(chunks)
  })
  process.stdout.write(answer.body)
  print(answer.surplus)
  answer.after.forEach((action) => action())
}

module.exports = { serve }
