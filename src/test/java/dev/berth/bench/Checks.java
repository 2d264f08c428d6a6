package dev.berth.bench;

import java.util.Locale;

/** Counts and prints what held and what did not. */
final class Checks {
    private int passed;
    private int failed;

    void that(boolean holds, String what, String figures, Object... values) {
        if (holds) {
            passed++;
        } else {
            failed++;
        }
        say((holds ? "ok      " : "FAILED  ") + what + ": " + String.format(Locale.ROOT, figures, values));
    }

    void failed(String what, Throwable why) {
        failed++;
        say("FAILED  " + what + ": " + why);
    }

    void say(String text) {
        System.out.println(text);
    }

    int failures() {
        return failed;
    }

    @Override
    public String toString() {
        return passed + " passed, " + failed + " failed";
    }
}
