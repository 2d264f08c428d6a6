'use strict'
// Programs of steps: "read; status 404; send not%20here". README.md lists the steps.

const plain = require('./steps').steps

/** `later` holds a step itself, which is decoded when it is parsed. */
const later = {
  args: [2, 5],
  verbatim: true,
  run: (call, ms, ...words) => {
    const step = parseStep(words.join(' '))
    setTimeout(() => {
      Promise.resolve(step.run(call, ...step.args)).catch((e) => console.error(`later: ${e.message}`))
    }, Number(ms))
  }
}

const steps = { ...plain, later }

/** Splits a program into steps; throws at one that does not exist or has the wrong number of arguments. */
function parse (text) {
  return text.split(';').map((part) => part.trim()).filter((part) => part !== '').map(parseStep)
}

function parseStep (text) {
  const [name, ...args] = text.split(/\s+/)
  const step = Object.hasOwn(steps, name) ? steps[name] : undefined
  if (step === undefined) {
    throw new Error(`no step "${name}"; there are ${Object.keys(steps).join(', ')}`)
  }
  const [least, most] = step.args
  if (args.length < least || args.length > most) {
    throw new Error(`step "${name}" takes ${least} to ${most} arguments, not ${args.length}`)
  }
  return { text, run: step.run, args: step.verbatim ? args : args.map(decodeURIComponent) }
}

/**
 * Runs the steps in order, and ends the answer unless they closed the connection. What each did is noted in call.did,
 * for the `report` step.
 */
async function run (program, call) {
  for (const step of program) {
    const entry = { step: step.text }
    call.did.push(entry)
    Object.assign(entry, await step.run(call, ...step.args))
  }
  if (!call.closed) {
    await call.answer.end()
  }
}

module.exports = { parse, run }
