package dev.berth.doctor;

/**
 * What was found of one thing.
 *
 * @param check what was looked at, in a word
 * @param says how it is, or what is wrong with it
 * @param remedy what to do about it; empty if nothing needs to be done
 */
public record Finding(String check, Level level, String says, String remedy) {

    /** What it means for a start. */
    public enum Level {
        OK(0),
        /** A runner would start, and something would be slower, less safe or go wrong later. */
        WARN(1),
        /** A runner would not start, or no call could succeed. */
        FAIL(2);

        private final int exitCode;

        Level(int exitCode) {
            this.exitCode = exitCode;
        }

        public int exitCode() {
            return exitCode;
        }
    }

    /** The same for what a runner can do without. */
    Finding asWarning() {
        return level == Level.FAIL ? warn(check, says, remedy) : this;
    }

    static Finding ok(String check, String says) {
        return new Finding(check, Level.OK, says, "");
    }

    static Finding warn(String check, String says, String remedy) {
        return new Finding(check, Level.WARN, says, remedy);
    }

    static Finding fail(String check, String says, String remedy) {
        return new Finding(check, Level.FAIL, says, remedy);
    }
}
