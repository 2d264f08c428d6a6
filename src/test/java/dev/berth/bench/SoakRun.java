package dev.berth.bench;

import java.nio.file.Path;

/**
 * What the parts of an endurance run share.
 *
 * @param tenths a tenth of everything, or all ten
 */
record SoakRun(Driver driver, Cleanup cleanup, RunnerProcess.Setup setup, Checks checks, Path logs, int tenths) {
    static final String TEST_FUNCTION = "berth/test-fn";

    int of(int full) {
        return full / 10 * tenths;
    }

    SoakRun with(RunnerProcess.Setup other) {
        return new SoakRun(driver, cleanup, other, checks, logs, tenths);
    }

    RunnerProcess runner(String name) {
        return cleanup.add(RunnerProcess.start(driver, setup, logs.resolve("soak-" + name + ".log")));
    }
}
