'use strict'
// foreign-client.js HOST:PORT SMALL_HOST:PORT: calls a runner as a load balancer in another language would, and prints
// what came of each scenario. The second runner must have room for one container of 128 MiB only, and not let calls wait.

const { counts } = require('./connections')
const { Runner } = require('./runner')
const { scenarios } = require('./scenarios')

async function main (address, smallAddress) {
  const runner = new Runner(address)
  const small = new Runner(smallAddress)
  let failed = 0
  // Makes the connection, and the first containers.
  await Promise.all([runner.status(), small.status()])
  for (const [name, run] of scenarios) {
    try {
      console.log(`ok      ${name}: ${await run(runner, small)}`)
    } catch (e) {
      failed++
      console.log(`FAILED  ${name}: ${e.message.split('\n').join(' ')}`)
    }
  }
  const whole = counts.connections === 2 && counts.goaways === 0
  failed += whole ? 0 : 1
  console.log(`${whole ? 'ok    ' : 'FAILED'}  one connection to each runner: ${counts.connections} made, ${counts.goaways} GOAWAY`)
  console.log(`${scenarios.length + 1 - failed} passed, ${failed} failed`)
  runner.close()
  small.close()
  process.exitCode = failed === 0 ? 0 : 1
}

if (process.argv.length !== 4) {
  console.error('usage: foreign-client.js HOST:PORT SMALL_HOST:PORT')
  process.exit(2)
}
main(process.argv[2], process.argv[3]).catch((e) => {
  console.error(e)
  process.exit(1)
})
