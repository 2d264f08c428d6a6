package dev.berth.stream;

/**
 * Names a stream for ever: a number is not used twice, not even by the next process with the same address.
 *
 * @param initiator frames address of the endpoint that opened the stream
 * @param number from 1; 0 marks frames between endpoints that belong to no stream
 */
record StreamId(String initiator, long number) {
    @Override
    public int hashCode() {
        return initiator.hashCode() * 31 + Long.hashCode(number);
    }

    @Override
    public String toString() {
        return initiator + "#" + number;
    }
}
