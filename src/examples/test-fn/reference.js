'use strict'
// The behaviour of the function that runners of this protocol are commonly tested with: a JSON object in the body says
// what to do, the answer tells what was done. README.md lists the fields.

const fs = require('fs')
const os = require('os')
const { setTimeout: pause } = require('timers/promises')

const GARBAGE = 'This line is neither JSON nor a message of any protocol.\n'
const GATEWAY = 'Fn-Http-H-'

const leaks = []
let hold = null

/** Handles a call by its body. The caller has read the body; text is all of it. */
async function handle (call, text, stop) {
  const wish = parse(text)
  const log = wish.isDebug ? console.error : () => {}
  const headers = visibleHeaders(call.request)
  log('call begins: %s', JSON.stringify({ wish, headers }))
  await sleep(wish.sleepTime)
  const data = {}
  useFiles(wish, data)
  useMemory(wish)
  if (wish.isDebug) {
    data.DockerHostname = os.hostname()
  }
  dieIfWished(wish, headers, call)
  const trailer = new Array(Math.max(0, wish.trailerRepeat || 0)).fill(wish.echoContent || '')
  const answer = { request: wish, header: headers, config: { ...process.env }, data, trailer }
  log('call ends')
  await sleep(wish.postSleepTime)
  await respond(call, wish, answer)
  if (wish.postErrGarbage) {
    console.error(wish.postErrGarbage)
  }
  if (wish.isShutdown) {
    stop()
  }
}

/** A body that is not a JSON object wishes for nothing. */
function parse (text) {
  try {
    const value = JSON.parse(text)
    return value !== null && typeof value === 'object' ? value : {}
  } catch {
    return {}
  }
}

async function sleep (ms) {
  if (ms > 0) {
    await pause(ms)
  }
}

const isGateway = (request) => request.header('fn-intent') === 'httprequest'

/** Name to list of values. For an HTTP trigger's call these are the trigger's own headers. */
function visibleHeaders (request) {
  const result = {}
  for (const [name, value] of request.headers) {
    const kept = /^content-type$/i.test(name)
    if (isGateway(request) && !kept && !name.toLowerCase().startsWith(GATEWAY.toLowerCase())) {
      continue
    }
    const plain = isGateway(request) && !kept ? name.slice(GATEWAY.length) : name
    const list = result[plain] || (result[plain] = [])
    list.push(value)
  }
  return result
}

function useFiles (wish, data) {
  if (wish.readFile) {
    try {
      const content = fs.readFileSync(wish.readFile, 'latin1')
      data[`${wish.readFile}.read_output`] = wish.readFileSize > 0 ? content.slice(0, wish.readFileSize) : content
    } catch (e) {
      data[`${wish.readFile}.read_error`] = e.message
    }
  }
  if (wish.createFile) {
    try {
      fs.writeFileSync(wish.createFile, Buffer.alloc(wish.createFileSize || 0, 'berth'))
    } catch (e) {
      data[`${wish.createFile}.create_error`] = e.message
    }
  }
}

function useMemory (wish) {
  hold = Buffer.alloc(wish.allocateMemory || 0, 1)
  if (wish.leakMemory) {
    leaks.push(Buffer.alloc(wish.leakMemory, 1))
  }
}

function dieIfWished (wish, headers, call) {
  if (wish.isCrash) {
    die(1, 'crash wished for')
  }
  if (wish.isExit) {
    die(wish.exitCode || 0, `exit wished for, holding ${hold.length} bytes`)
  }
  for (const [name, [wanted]] of Object.entries(wish.expectHeaders || {})) {
    const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase())
    if (found?.[1][0] !== wanted) {
      die(1, `header ${name} should be ${wanted}, is ${found?.[1][0]}`)
    }
  }
  if (call.request.header('fn-deadline') === undefined) {
    die(1, 'the call has no deadline')
  }
}

function die (code, message) {
  fs.writeSync(2, message + '\n')
  process.exit(code)
}

async function respond (call, wish, value) {
  const { answer } = call
  const prefix = isGateway(call.request) ? GATEWAY : ''
  const type = wish.jasonContentType || wish.responseContentType || 'application/json; charset=utf-8'
  answer.headers.push(['Content-Type', type])
  for (const [name, values] of Object.entries(wish.returnHeaders || {})) {
    answer.headers.push(...values.map((each) => [prefix + name, each]))
  }
  if (wish.responseCode && isGateway(call.request)) {
    answer.headers.push(['Fn-Http-Status', String(wish.responseCode)])
  }
  await answer.send(wish.invalidResponse ? GARBAGE : '')
  await answer.send(wish.isEmptyBody ? '' : JSON.stringify(value) + '\n')
  await answer.send(wish.postOutGarbage || '')
  await answer.end()
}

module.exports = { handle }
