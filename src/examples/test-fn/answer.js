'use strict'
// One answer, written byte by byte as the program wants it.

const { once } = require('events')

const END = '\r\n'
const REASONS = { 200: 'OK', 201: 'Created', 307: 'Temporary Redirect', 404: 'Not Found', 500: 'Internal Server Error' }
const FRAMES = ['chunked', 'length', 'eof', 'none']
const NUMBERED_AT_ONCE = 1000

/** Thrown by writes when the peer is gone; whoever runs the program gives it up then. */
class PeerGone extends Error {}

/**
 * An answer in the making. The head goes out with the first bytes of the body, or on flush().
 *
 * Framing: `chunked`; `length`, which holds the body back to count it; `eof`, ended by closing the connection; `none`,
 * which adds nothing, for programs that write their own framing headers, right or wrong.
 */
class Answer {
  #socket
  #held = []

  constructor (socket) {
    this.#socket = socket
    this.version = '1.1'
    this.status = 200
    this.reason = undefined
    this.headers = []
    /** So many more headers, X-Header-0 and on, which are made as they are written: a million of them fit no small heap. */
    this.numberedHeaders = 0
    this.trailers = []
    this.frame = 'chunked'
    this.started = false
    this.ended = false
  }

  /** Whether the connection cannot carry another answer after this one. */
  get last () {
    return this.frame === 'eof' || this.version === '1.0' ||
      this.headers.some(([name, value]) => /^connection$/i.test(name) && /close/i.test(value))
  }

  setFrame (kind) {
    if (!FRAMES.includes(kind)) {
      throw new Error(`no framing "${kind}"; there are ${FRAMES.join(', ')}`)
    }
    this.frame = kind
  }

  async interim (status) {
    await this.#write(`HTTP/1.1 ${status} Interim${END}X-Interim: ${status}${END}${END}`)
  }

  /** Bytes that bypass the framing; the program then answers for the whole message. */
  async raw (text) {
    if (!this.started) {
      this.started = true
      this.frame = 'none'
    }
    await this.#write(Buffer.from(text, 'latin1'))
  }

  async flush (length) {
    if (this.started) {
      return
    }
    this.started = true
    const framing = { chunked: [['Transfer-Encoding', 'chunked']], length: [['Content-Length', length]] }[this.frame] || []
    const first = `HTTP/${this.version} ${this.status} ${this.reason ?? (REASONS[this.status] || 'Status')}`
    const lines = [...this.headers, ...framing].map(([name, value]) => `${name}: ${value}`)
    if (this.numberedHeaders === 0) {
      await this.#write(Buffer.from([first, ...lines, '', ''].join(END), 'latin1'))
      return
    }
    await this.#write(Buffer.from([first, ...lines, ''].join(END), 'latin1'))
    for (let from = 0; from < this.numberedHeaders; from += NUMBERED_AT_ONCE) {
      const count = Math.min(NUMBERED_AT_ONCE, this.numberedHeaders - from)
      await this.#write(Array.from({ length: count }, (_, i) => `X-Header-${from + i}: x${END}`).join(''))
    }
    await this.#write(END)
  }

  async send (body) {
    const bytes = Buffer.from(body)
    if (this.frame === 'length') {
      this.#held.push(bytes)
      return
    }
    await this.flush()
    if (this.frame !== 'chunked') {
      await this.#write(bytes)
    } else if (bytes.length > 0) {
      await this.#write(Buffer.concat([Buffer.from(bytes.length.toString(16) + END), bytes, Buffer.from(END)]))
    }
  }

  async end () {
    if (this.ended) {
      return
    }
    this.ended = true
    if (this.frame === 'length') {
      const body = Buffer.concat(this.#held)
      await this.flush(body.length)
      await this.#write(body)
      return
    }
    await this.flush()
    if (this.frame === 'chunked') {
      const trailers = this.trailers.map(([name, value]) => `${name}: ${value}${END}`).join('')
      await this.#write(`0${END}${trailers}${END}`)
    }
  }

  async #write (bytes) {
    if (this.#socket.destroyed || this.#socket.writableEnded) {
      throw new PeerGone()
    }
    if (!this.#socket.write(bytes)) {
      await Promise.race([once(this.#socket, 'drain'), once(this.#socket, 'close')])
    }
  }
}

module.exports = { Answer, PeerGone }
