'use strict'
// What a load balancer written in another language and with another gRPC library must see.

const assert = require('assert/strict')
const { once } = require('events')
const { setTimeout: pause } = require('timers/promises')
const { counts } = require('./connections')
const { gather, grpc } = require('./runner')

const ECHO = 'berth/echo-node'
const TEST = 'berth/test-fn'
const STREAM = 'berth/stream-node'
const CALLS = Number(process.env.CALLS || 3000)
const AT_ONCE = 8
const STALLED_BYTES = 64 * 1024 * 1024
const CALLS_BESIDE = 300

const program = (text, more = {}) => ({ image: TEST, headers: { 'X-Do': text }, ...more })

async function echo (runner, number) {
  const body = `call ${number}`
  const outcome = await runner.call({ image: ECHO, body })
  assert.equal(outcome.code, grpc.status.OK, `call ${number}: ${outcome.details}`)
  assert.equal(outcome.finished?.success, true, `call ${number}: ${JSON.stringify(outcome.finished)}`)
  assert.equal(outcome.body.toString(), body)
}

/** Makes calls over so many streams at a time; fails with the first that fails. */
async function many (runner, calls, atOnce) {
  const before = { ...counts }
  let next = 0
  const start = Date.now()
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (next < calls) {
      await echo(runner, next++)
    }
  }))
  assert.deepEqual(counts, before, 'a connection was lost on the way')
  return `${calls} calls in ${Date.now() - start} ms, ${counts.connections} connection, ${counts.goaways} GOAWAY`
}

async function stalled (runner) {
  await runner.call({ image: STREAM, headers: { 'X-Mode': 'source', 'X-Bytes': '1' } })
  const stream = runner.engage()
  runner.send(stream, { image: STREAM, headers: { 'X-Mode': 'source', 'X-Bytes': String(STALLED_BYTES) } })
  await once(stream, 'metadata')
  await pause(300)
  const beside = await many(runner, CALLS_BESIDE, AT_ONCE)
  const outcome = await gather(stream)
  assert.equal(outcome.finished?.success, true, JSON.stringify(outcome.finished))
  assert.equal(outcome.body.length, STALLED_BYTES)
  return `${beside}; then the stalled one had all its ${STALLED_BYTES} bytes`
}

async function succeeds (runner) {
  const outcome = await runner.call(program('read; header X-One=1; header X-Two=2; header X-Two=3; send hello'))
  assert.equal(outcome.code, grpc.status.OK)
  assert.deepEqual(outcome.order, ['result_start', 'data', 'finished'])
  assert.equal(outcome.status, 200)
  assert.equal(outcome.body.toString(), 'hello')
  const values = (name) => outcome.headers.filter(({ key }) => key.toLowerCase() === name).map(({ value }) => value)
  assert.deepEqual(values('x-one'), ['1'])
  assert.deepEqual(values('x-two'), ['2', '3'])
  assert.equal(values('transfer-encoding').length, 0)
  assert.ok(Date.parse(outcome.finished.completedAt) >= Date.parse(outcome.finished.startedAt))
  return `200, ${outcome.headers.length} headers, executed in ${(outcome.finished.executionDuration / 1e6).toFixed(1)} ms`
}

async function emptyBody (runner) {
  const outcome = await runner.call(program('read'))
  assert.deepEqual(outcome.order, ['result_start', 'finished'])
  return 'result_start, finished'
}

/** Checks a call that fails before anything was answered. */
async function fails (runner, call, code, text, user) {
  const { order, finished, code: status } = await runner.call(call)
  assert.deepEqual(order, ['finished'])
  assert.equal(status, grpc.status.OK)
  assert.equal(finished.success, false)
  assert.equal(finished.errorCode, code)
  assert.match(finished.errorStr, text)
  assert.equal(finished.errorUser, user)
  return `${finished.errorCode} "${finished.errorStr}"`
}

async function refused (runner, small) {
  const busy = small.call(program('read; sleep 2000; send done', { fn: 'first' }))
  await pause(1000)
  const start = Date.now()
  const text = await fails(small, program('read', { fn: 'second' }), 503, /server too busy/, false)
  const took = Date.now() - start
  assert.equal((await busy).finished?.success, true)
  return `${text} within ${took} ms, while the only room was taken`
}

async function deadline (runner) {
  // A call that still waits for its container when its time is up is refused instead.
  assert.equal((await runner.call(program('read; send warm'))).finished?.success, true)
  const outcome = await runner.call(program('read; sleep 3000', { deadlineMs: 300 }))
  // Both sides keep the time: either may be the first to say so.
  const seen = outcome.code === grpc.status.OK ? outcome.finished.errorCode : outcome.code
  assert.ok([grpc.status.DEADLINE_EXCEEDED, 504].includes(seen), `${seen}`)
  await echo(runner, 'after the deadline')
  return `${seen}, calls go on`
}

async function cancel (runner) {
  const outcome = await runner.call(program('read; sleep 3000', { started: (stream) => setTimeout(() => stream.cancel(), 200) }))
  assert.equal(outcome.code, grpc.status.CANCELLED)
  await echo(runner, 'after the cancel')
  const status = await quiet(runner)
  return `CANCELLED, calls go on, ${status.active} streams left`
}

/** The status once no stream is open any more. */
async function quiet (runner) {
  for (let i = 0; ; i++) {
    const status = await runner.status()
    const busy = status.node.slots.reduce((sum, { busy }) => sum + busy, 0)
    if (status.active === 0 && busy === 0) {
      return status
    }
    assert.ok(i < 100, `${status.active} streams and ${busy} busy containers after 10 s`)
    await pause(100)
  }
}

async function dataFirst (runner) {
  const stream = runner.engage()
  const outcome = gather(stream)
  stream.write({ data: { data: Buffer.from('x'), eof: true } })
  const { code, details } = await outcome
  assert.equal(code, grpc.status.UNKNOWN)
  assert.equal(details, 'Protocol failure: expected ClientMsg_Try')
  return `UNKNOWN "${details}"`
}

async function status (runner) {
  const { active, requestsReceived, requestsHandled, node } = await quiet(runner)
  assert.equal(active, 0)
  assert.ok(requestsReceived >= requestsHandled && requestsHandled > 2 * CALLS)
  assert.ok(node.slots.length > 0 && node.memory_total_bytes > 0)
  return `${requestsReceived} received, ${requestsHandled} handled, engine ${node.engine}, ${node.slots.length} slot queues`
}

async function health (runner) {
  const all = await runner.health('')
  const own = await runner.health('RunnerProtocol')
  assert.equal(all.status, 'SERVING')
  assert.equal(own.status, 'SERVING')
  await assert.rejects(runner.health('no.such.Service'), { code: grpc.status.NOT_FOUND })
  return `${all.status}, RunnerProtocol ${own.status}, an unknown service NOT_FOUND`
}

async function reflection (runner) {
  const { list_services_response: list } = await runner.reflect({ list_services: '*' })
  const names = list.service.map(({ name }) => name)
  assert.ok(names.includes('RunnerProtocol'), names.join())
  const { file_descriptor_response: file } = await runner.reflect({ file_containing_symbol: 'RunnerProtocol' })
  assert.ok(file.file_descriptor_proto[0].includes('models_call_json'))
  return names.join(', ')
}

const TOO_LARGE = { ...program('read'), memory: 100_000_000 }

const scenarios = [
  ['one call after the other', (runner) => many(runner, CALLS, 1)],
  ['eight calls at a time', (runner) => many(runner, CALLS, AT_ONCE)],
  ['calls beside a reply nobody reads', stalled],
  ['a reply with headers', succeeds],
  ['an empty reply', emptyBody],
  ['the function fails', (runner) => fails(runner, program('read; status 502; send x'), 502, /^function failed$/, true)],
  ['the function ends', (runner) => fails(runner, program('read; exit 1'), 502, /^(container exit code 1|error receiving function response)$/, true)],
  ['the function is late', (runner) => fails(runner, program('read; sleep 5000', { timeout: 1 }), 504, /^Timed out$/, true)],
  ['a broken call document', (runner) => fails(runner, { json: '{"id": "x", ' }, 400, /./, false)],
  ['more memory than there is', (runner) => fails(runner, TOO_LARGE, 400, /cannot be allocated/, false)],
  ['no room at the moment', refused],
  ['data before the call', dataFirst],
  ["the caller's deadline", deadline],
  ['the caller cancels', cancel],
  ['status', status],
  ['health', health],
  ['reflection', reflection]
]

module.exports = { scenarios }
