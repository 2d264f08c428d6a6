package dev.berth.engine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Does several things of which one that fails does not keep the others, and tells of the first failure at the end. */
public final class Attempts {
    private @Nullable IOException first;

    /** What may fail. */
    @FunctionalInterface
    public interface Attempt {
        void run() throws IOException;
    }

    public void run(Attempt attempt) {
        try {
            attempt.run();
        } catch (IOException failure) {
            if (first == null) {
                first = failure;
            }
        }
    }

    /** @throws IOException that of the first attempt which failed */
    public void end() throws IOException {
        if (first != null) {
            throw first;
        }
    }
}
