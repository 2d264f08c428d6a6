'use strict'
// Speaks the format that FN_FORMAT names, over stdin and stdout; README.md is its manual.

const formats = {
  default: require('./default'),
  http: require('./http'),
  json: require('./json'),
  cloudevent: require('./cloudevent')
}

const name = process.env.FN_FORMAT || 'default'
if (!Object.hasOwn(formats, name)) {
  console.error(`no FN_FORMAT "${name}"; there are ${Object.keys(formats).join(', ')}`)
  process.exit(2)
}

// A runner that is gone closes stdout; there is nobody left to tell.
process.stdout.on('error', () => process.exit(0))

formats[name].serve().catch((e) => {
  console.error(e)
  process.exit(1)
})
