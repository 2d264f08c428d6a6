'use strict'
// Takes several calls at once, on the official Node.js FDK. A call is JSON: {"crowd": n} waits until n calls are inside,
// "exit" besides then ends the process, {"sleep": ms} waits so long, {} answers at once. Of a call that is none the header
// X-Sleep says how long. Answers the process's id.

const fdk = require('@fnproject/fdk')
const { setTimeout: pause } = require('timers/promises')

let inside = 0
let waiting = []

function crowd (size) {
  return new Promise((resolve) => {
    waiting.push(resolve)
    if (inside >= size) {
      waiting.forEach((each) => each())
      waiting = []
    }
  })
}

async function answer (call, context) {
  inside++
  try {
    if (call.crowd) {
      await crowd(call.crowd)
    }
    if (call.exit) {
      process.exit(call.exit)
    }
    await pause(call.sleep || Number(context.getHeader('X-Sleep') || 0))
    return { pid: process.pid }
  } finally {
    inside--
  }
}

fdk.handle(answer)
