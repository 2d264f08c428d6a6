'use strict'
// The bytes of the `source` mode. README.md defines them, so that a caller can make the same ones.

const BLOCK_SIZE = 1024 * 1024
const STAMP_SIZE = 8
const SEED = 0x9e3779b9

/** What every block has after its stamp. */
const blockTail = makeTail()

function makeTail () {
  const words = Buffer.allocUnsafe(BLOCK_SIZE - STAMP_SIZE)
  let x = SEED
  for (let at = 0; at < words.length; at += 4) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    words.writeInt32LE(x | 0, at)
  }
  return words
}

function stampOf (blockNumber) {
  const stamp = Buffer.allocUnsafe(STAMP_SIZE)
  stamp.writeBigUInt64BE(BigInt(blockNumber))
  return stamp
}

/** Yields `[stamp, tail]` for each block, both cut to what is left. All tails are views of one buffer: never write them. */
function * blocks (bytes) {
  for (let number = 0, left = bytes; left > 0; number++, left -= BLOCK_SIZE) {
    yield [
      stampOf(number).subarray(0, Math.min(left, STAMP_SIZE)),
      blockTail.subarray(0, Math.max(0, Math.min(left - STAMP_SIZE, blockTail.length)))
    ]
  }
}

module.exports = { blocks }
