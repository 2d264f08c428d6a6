'use strict'
// `http`: HTTP/1.1 requests on stdin, answers on stdout. The headers are the caller's as they were, Connection, Expect and
// Upgrade included, and mean nothing here: Node's own server would heed them and end the conversation.

const { Requests } = require('../wire/requests')
const { grouped, print, run } = require('./program')

const END = '\r\n'

async function serve () {
  const requests = new Requests(process.stdin)
  for (let request = await requests.next(); request !== null; request = await requests.next()) {
    const answer = await run(await toCall(request))
    if (!answer.done) {
      process.stdout.write(toMessage(request, answer))
      print(answer.surplus)
    }
    answer.after.forEach((action) => action())
  }
}

async function toCall (request) {
  const chunks = []
  for await (const chunk of request.body) {
    chunks.push(chunk)
  }
  return {
    method: request.method,
    url: request.target,
    headers: grouped(request.headers.map(([name, value]) => [name.toLowerCase(), value])),
    type: request.header('content-type') || '',
    deadline: request.header('fn_deadline'),
    id: request.header('fn_call_id'),
    body: Buffer.concat(chunks)
  }
}

function toMessage (request, answer) {
  const lines = answer.headers.map(([name, value]) => `${name}: ${value}`)
  if (answer.type !== '') {
    lines.push(`Content-Type: ${answer.type}`)
  }
  lines.push(`Content-Length: ${answer.body.length}`)
  const head = [`HTTP/1.1 ${answer.status || 200} Status`, ...lines, '', ''].join(END)
  return Buffer.concat([Buffer.from(head, 'latin1'), request.method === 'HEAD' ? Buffer.alloc(0) : answer.body])
}

module.exports = { serve }
