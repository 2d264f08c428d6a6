'use strict'
// What a call wants done: the steps of its X-Do header, and an answer that is the same for all four formats.

const { setTimeout: pause } = require('timers/promises')

const MEBIBYTE = 1024 * 1024

const split = (text) => {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

const print = (text) => process.stdout.write(text, 'latin1')

/** Each step gets the call, the answer being made, and its arguments. */
const steps = {
  status: (call, answer, code) => { answer.status = Number(code) },
  header: (call, answer, text) => { answer.headers.push(split(text)) },
  type: (call, answer, text) => { answer.type = text },
  send: (call, answer, text) => { answer.body.push(Buffer.from(text)) },
  fill: (call, answer, bytes) => { answer.body.push(Buffer.alloc(Number(bytes), '0123456789abcdef')) },
  echo: (call, answer) => { answer.body.push(call.body) },
  report: (call, answer) => {
    answer.type = 'application/json'
    answer.body.push(Buffer.from(JSON.stringify({ ...call, body: call.body.toString(), env: { ...process.env } })))
  },
  set: (call, answer, text) => { answer.overrides.push(split(text)) },
  surplus: (call, answer, text) => { answer.surplus += text },
  later: (call, answer, ms, text) => { answer.after.push(() => setTimeout(() => print(text), Number(ms))) },
  raw: (call, answer, text) => {
    print(text)
    answer.done = true
  },
  sleep: (call, answer, ms) => pause(Number(ms)),
  hang: () => new Promise(() => setInterval(() => {}, 1 << 30)),
  exit: (call, answer, code) => process.exit(Number(code)),
  leave: (call, answer, code) => { answer.after.push(() => process.exit(Number(code))) },
  stderr: (call, answer, text) => { process.stderr.write(text + '\n') },
  alloc: (call, answer, mebibytes) => { held.push(Buffer.alloc(Number(mebibytes) * MEBIBYTE, 1)) }
}

const held = []

/**
 * Runs a call's program. call: `{ method, url, headers, type, deadline, id, body }`, headers as a map of lower-case names
 * to lists of values. The answer: `status` 0 when none was asked for, `body` a Buffer; when `done`, the program has
 * written it itself.
 */
async function run (call) {
  const answer = { status: 0, headers: [], type: '', body: [], overrides: [], surplus: '', after: [], done: false }
  const program = (call.headers['x-do'] || []).join(';') || `type ${encodeURIComponent(call.type)}; echo`
  for (const part of program.split(/[;,]/).map((text) => text.trim()).filter((text) => text !== '')) {
    const [name, ...args] = part.split(/\s+/).map(decodeURIComponent)
    if (!Object.hasOwn(steps, name)) {
      throw new Error(`no step "${name}"; there are ${Object.keys(steps).join(', ')}`)
    }
    await steps[name](call, answer, ...args)
  }
  return { ...answer, body: Buffer.concat(answer.body) }
}

/** Sets values in a JSON answer by dotted path, each given as JSON; an empty text takes the key away. */
function override (value, overrides) {
  for (const [path, text] of overrides) {
    const keys = path.split('.')
    const last = keys.pop()
    const parent = keys.reduce((each, key) => each[key] || (each[key] = {}), value)
    if (text === '') {
      delete parent[last]
    } else {
      parent[last] = JSON.parse(text)
    }
  }
  return value
}

/** Header pairs as a map of names to lists of values. */
function grouped (headers) {
  const map = {}
  for (const [name, value] of headers) {
    (map[name] || (map[name] = [])).push(value)
  }
  return map
}

const lowerCased = (headers) => Object.fromEntries(Object.entries(headers || {}).map(([k, v]) => [k.toLowerCase(), v]))

module.exports = { grouped, lowerCased, override, print, run }
