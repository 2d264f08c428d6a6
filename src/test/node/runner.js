'use strict'
// A runner as a load balancer sees it: one channel, Engage streams that are never half-closed.

const path = require('path')
const crypto = require('crypto')
const grpc = require('@grpc/grpc-js')
const { loadSync } = require('@grpc/proto-loader')

const FRAME = 10 * 1024
const UNSET_TIME = '0001-01-01T00:00:00.000Z'

const FORM = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true }
const load = (file) => grpc.loadPackageDefinition(loadSync(file, FORM))

const own = load(path.join(__dirname, '../../../proto/runner.proto'))
const health = load(path.join(__dirname, 'proto/health.proto')).grpc.health.v1
const reflection = load(path.join(__dirname, 'proto/reflection.proto')).grpc.reflection.v1

function callId () {
  return crypto.randomBytes(16).toString('hex').toUpperCase().slice(0, 26)
}

function callDocument (options) {
  const headers = { 'Content-Type': ['text/plain'] }
  for (const [name, value] of Object.entries(options.headers || {})) {
    headers[name] = [].concat(value)
  }
  return JSON.stringify({
    id: options.id || callId(),
    status: 'running',
    image: options.image,
    type: 'sync',
    url: 'http://localhost/invoke/foreign',
    method: 'POST',
    timeout: options.timeout || 30,
    idle_timeout: 30,
    memory: options.memory || 128,
    config: {},
    headers,
    created_at: new Date().toISOString(),
    started_at: UNSET_TIME,
    completed_at: UNSET_TIME,
    app_id: 'foreign',
    app_name: 'foreign',
    trigger_id: '',
    fn_id: options.fn || 'foreign'
  })
}

class Runner {
  constructor (address) {
    const options = { 'grpc.use_local_subchannel_pool': 1 }
    const plain = grpc.credentials.createInsecure()
    this.client = new own.RunnerProtocol(address, plain, options)
    const shared = { channelOverride: this.client.getChannel() }
    this.healthClient = new health.Health(address, plain, shared)
    this.reflectionClient = new reflection.ServerReflection(address, plain, shared)
  }

  /** An Engage stream with nothing sent. */
  engage (options = {}) {
    return this.client.Engage(new grpc.Metadata(), options)
  }

  /** The messages of one call: the call, its body in frames, an empty frame that ends it. */
  send (stream, options) {
    stream.write({ try: { models_call_json: options.json ?? callDocument(options), slot_hash_id: Buffer.alloc(0) } })
    const body = Buffer.from(options.body || '')
    for (let at = 0; at < body.length; at += FRAME) {
      stream.write({ data: { data: body.subarray(at, at + FRAME), eof: false } })
    }
    stream.write({ data: { data: Buffer.alloc(0), eof: true } })
  }

  /**
   * Makes a call and gathers what comes: `{order, status, headers, body, finished, code, details}`. `code` is the gRPC
   * status; `order` the kinds of messages, with equal neighbours taken together.
   */
  call (options) {
    const stream = this.engage(options.deadlineMs ? { deadline: Date.now() + options.deadlineMs } : {})
    const outcome = gather(stream)
    this.send(stream, options)
    options.started?.(stream)
    return outcome
  }

  status () {
    return unary(this.client, 'Status', {})
  }

  health (service) {
    return unary(this.healthClient, 'Check', { service })
  }

  reflect (request) {
    return new Promise((resolve, reject) => {
      const stream = this.reflectionClient.ServerReflectionInfo()
      stream.on('data', (response) => {
        resolve(response)
        stream.end()
      })
      stream.on('error', reject)
      stream.on('end', () => reject(new Error('no answer to reflection')))
      stream.write(request)
    })
  }

  close () {
    this.client.close()
  }
}

function unary (client, method, request) {
  return new Promise((resolve, reject) => {
    client[method](request, (error, response) => error ? reject(error) : resolve(response))
  })
}

/** Reads a stream to its end. Never fails: a stream that breaks has a `code` that is not 0. */
function gather (stream) {
  const outcome = { order: [], status: 0, headers: [], body: Buffer.alloc(0), finished: null }
  const chunks = []
  stream.on('data', (message) => {
    if (outcome.order.at(-1) !== message.body) {
      outcome.order.push(message.body)
    }
    if (message.body === 'result_start') {
      outcome.status = message.result_start.http.status_code
      outcome.headers = message.result_start.http.headers
    } else if (message.body === 'data') {
      chunks.push(message.data.data)
    } else if (message.body === 'finished') {
      outcome.finished = message.finished
    }
  })
  // The status, which always comes too, has all that an error has.
  stream.on('error', () => {})
  return new Promise((resolve) => {
    stream.on('status', ({ code, details }) => {
      // The library leaves some of what is percent-encoded in a status text as it came.
      resolve({ ...outcome, body: Buffer.concat(chunks), code, details: decodeURIComponent(details) })
    })
  })
}

module.exports = { Runner, gather, grpc }
