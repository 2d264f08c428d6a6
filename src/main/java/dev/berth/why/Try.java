package dev.berth.why;

/**
 * One node that a call asked for a slot.
 *
 * @param node its incarnation while the call runs, its name once told
 * @param micros until it answered
 */
public record Try(String node, Outcome outcome, long micros) {
    public enum Outcome {
        GRANTED,
        REFUSED,
        UNANSWERED
    }
}
