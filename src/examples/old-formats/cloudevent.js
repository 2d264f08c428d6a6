'use strict'
// `cloudevent`: as `json`, with events of CloudEvents 0.1; the body is the event's data.

const { converse } = require('./json')
const { grouped, lowerCased } = require('./program')

const toCall = (event) => ({
  method: event.extensions.protocol.method,
  url: event.extensions.protocol.request_url,
  headers: lowerCased(event.extensions.protocol.headers),
  type: event.contentType,
  deadline: event.extensions.deadline,
  id: event.eventID,
  body: Buffer.from(event.data === undefined ? '' : JSON.stringify(event.data))
})

/** Data must be JSON for JSON types and a string for all others. */
const toData = (type, text) => /json/.test(type) ? JSON.parse(text || 'null') : text

const toAnswer = (answer) => {
  const type = answer.type || 'text/plain'
  const protocol = { headers: grouped(answer.headers) }
  if (answer.status !== 0) {
    protocol.status_code = answer.status
  }
  return {
    cloudEventsVersion: '0.1',
    eventID: 'answer',
    source: 'old-formats',
    eventType: 'http',
    contentType: type,
    extensions: { protocol },
    data: toData(type, answer.body.toString())
  }
}

module.exports = { serve: () => converse(toCall, toAnswer) }
