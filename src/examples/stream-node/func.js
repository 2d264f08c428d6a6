'use strict'
// Streams bodies of any size; README.md says how it is called.

const crypto = require('crypto')
const http = require('http')
const { once } = require('events')
const { pipeline } = require('stream/promises')
const { setTimeout: pause } = require('timers/promises')
const { blocks } = require('./generator')
const { listen } = require('./listen')

const modes = { sink, source, echo }

function option (request, name, fallback) {
  const value = request.headers[name] ?? request.headers['fn-http-h-' + name]
  return value === undefined ? fallback : value
}

function count (request, name) {
  const value = Number(option(request, name, '0'))
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${name} must be a whole number from 0, is "${option(request, name)}"`)
  }
  return value
}

async function sink (request, response) {
  const hash = option(request, 'x-hash', 'sha256') === 'none' ? null : crypto.createHash('sha256')
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    hash?.update(chunk)
  }
  const answer = JSON.stringify({ bytes, sha256: hash ? hash.digest('hex') : null }) + '\n'
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(answer) })
  response.end(answer)
}

async function source (request, response) {
  const bytes = count(request, 'x-bytes')
  const delay = count(request, 'x-delay')
  request.resume()
  await once(request, 'end')
  response.writeHead(200, { 'Content-Type': 'application/octet-stream' })
  await pipeline(() => generated(bytes, delay), response)
}

async function * generated (bytes, delay) {
  for (const block of blocks(bytes)) {
    if (delay > 0) {
      await pause(delay)
    }
    yield * block
  }
}

async function echo (request, response) {
  response.writeHead(200, { 'Content-Type': request.headers['content-type'] || 'application/octet-stream' })
  response.flushHeaders()
  await pipeline(request, response)
}

function refuse (response, error) {
  console.error(error)
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(502, { 'Content-Type': 'text/plain' })
  response.end(`${error.message}\n`)
}

const server = http.createServer((request, response) => {
  const name = option(request, 'x-mode', 'sink')
  if (!Object.hasOwn(modes, name)) {
    refuse(response, new Error(`no mode "${name}"`))
    return
  }
  modes[name](request, response).catch((error) => refuse(response, error))
})

// The runner keeps the time. Node's own limits (5 s idle, 5 min for a request's body) would cut into slow transfers.
server.keepAliveTimeout = 0
server.headersTimeout = 0
server.requestTimeout = 0

listen(server)
