package dev.berth.stream;

/** A sender's credit in bytes. {@code sent + available == granted}, and available never falls below 0. */
final class CreditWindow {
    private long granted;
    private long sent;

    CreditWindow(long initial) {
        this.granted = initial;
    }

    long available() {
        return granted - sent;
    }

    long sent() {
        return sent;
    }

    void take(long bytes) {
        if (bytes < 0 || bytes > available()) {
            throw new IllegalStateException(bytes + " bytes do not fit into " + available() + " of credit");
        }
        sent += bytes;
    }

    /**
     * @param total bytes granted in all; an old or repeated grant changes nothing
     * @return whether there is more credit than before
     */
    boolean grant(long total) {
        if (total <= granted) {
            return false;
        }
        granted = total;
        return true;
    }
}
