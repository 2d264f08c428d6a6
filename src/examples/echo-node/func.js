'use strict'
// Echoes the body of the call unchanged, whatever bytes it has, with the caller's content type.

const fdk = require('@fnproject/fdk')

const DEFAULT_TYPE = 'application/octet-stream'

function echo (body, context) {
  context.responseContentType = context.contentType || DEFAULT_TYPE
  // A bare Buffer would be turned into JSON when the content type is a JSON one; a raw result never is.
  return fdk.rawResult(body)
}

// 'buffer' hands over the bytes as they came; the other input modes decode them as UTF-8 and damage binary bodies.
fdk.handle(echo, { inputMode: 'buffer' })
