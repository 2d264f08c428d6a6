'use strict'
// HTTP/1.1 requests off a stream, at the reader's pace. Node's own HTTP server reads ahead, acts on the headers, and does
// not let the answers be malformed; the functions that use this need all of it in their own hands.

const LINE_END = '\r\n'
const HEAD_LIMIT = 1024 * 1024

/** The requests of one connection, one after the other. Nothing is read from the stream that nobody asked for. */
class Requests {
  #chunks
  #buffer = Buffer.alloc(0)

  constructor (stream) {
    this.#chunks = stream.iterator({ destroyOnReturn: false })
  }

  /** The next request's head and its unread body, or null when the peer has no more. */
  async next () {
    const text = await this.#upTo(LINE_END + LINE_END)
    if (text === null) {
      return null
    }
    const [first, ...lines] = text.split(LINE_END)
    const [method, target, version] = first.split(' ')
    const headers = lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trim()]
    })
    return new Request({ method, target, version, headers }, (request) => this.#body(request))
  }

  async * #body (request) {
    if (/\bchunked\b/i.test(request.header('transfer-encoding') || '')) {
      yield * this.#chunked()
    } else {
      yield * this.#counted(Number(request.header('content-length') || 0))
    }
  }

  async * #chunked () {
    for (;;) {
      const size = parseInt(await this.#line(), 16)
      if (Number.isNaN(size)) {
        throw new Error('the request has a malformed chunk')
      }
      if (size === 0) {
        while (await this.#line() !== '') { /* trailers are of no interest */ }
        return
      }
      yield * this.#counted(size)
      await this.#line()
    }
  }

  async * #counted (bytes) {
    for (let left = bytes; left > 0;) {
      if (this.#buffer.length === 0) {
        await this.#fillOrFail()
      }
      const chunk = this.#buffer.subarray(0, left)
      this.#buffer = this.#buffer.subarray(chunk.length)
      left -= chunk.length
      yield chunk
    }
  }

  async #line () {
    const line = await this.#upTo(LINE_END)
    if (line === null) {
      throw new Error('the request ends within its body')
    }
    return line
  }

  /** The text before the mark, which is taken off too; null at the end of the stream. */
  async #upTo (mark) {
    for (let from = 0; ;) {
      const at = this.#buffer.indexOf(mark, from, 'latin1')
      if (at >= 0) {
        const text = this.#buffer.toString('latin1', 0, at)
        this.#buffer = this.#buffer.subarray(at + mark.length)
        return text
      }
      if (this.#buffer.length > HEAD_LIMIT) {
        throw new Error(`no end of the line or head within ${HEAD_LIMIT} bytes`)
      }
      from = Math.max(0, this.#buffer.length - mark.length + 1)
      if (!await this.#fill()) {
        return null
      }
    }
  }

  async #fillOrFail () {
    if (!await this.#fill()) {
      throw new Error('the request ends within its body')
    }
  }

  async #fill () {
    const { done, value } = await this.#chunks.next()
    if (!done) {
      this.#buffer = this.#buffer.length === 0 ? value : Buffer.concat([this.#buffer, value])
    }
    return !done
  }
}

/** One request: its head, and its body as an async iterator that may be left and taken up again. */
class Request {
  constructor (head, body) {
    Object.assign(this, head)
    this.body = body(this)
  }

  /** The header's values joined by commas, or undefined. Names are matched in any case. */
  header (name) {
    const values = this.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
    return values.length === 0 ? undefined : values.join(', ')
  }
}

module.exports = { Requests }
