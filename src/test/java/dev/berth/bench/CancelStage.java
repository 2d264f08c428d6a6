package dev.berth.bench;

import java.util.random.RandomGenerator;

/** Where in its life a call is given up. */
enum CancelStage {
    HEAD_SENT(false),
    WITHIN_THE_FIRST_MESSAGE(false),
    CALL_SENT(true),
    WITHIN_THE_BODY(true),
    WHILE_THE_FUNCTION_WORKS(true),
    WHEN_THE_REPLY_STARTS(false),
    WITHIN_THE_REPLY(false),
    WHEN_FINISHED(false);

    private static final double SHARE_OF_COSTLY = 0.05;

    /** The runner has to throw the container away, and to start another. */
    private final boolean costly;

    CancelStage(boolean costly) {
        this.costly = costly;
    }

    /** A stage by chance, those that cost a container less often than the others. */
    static CancelStage random(RandomGenerator random) {
        boolean wanted = random.nextDouble() < SHARE_OF_COSTLY;
        CancelStage[] all = values();
        while (true) {
            CancelStage stage = all[random.nextInt(all.length)];
            if (stage.costly == wanted) {
                return stage;
            }
        }
    }
}
