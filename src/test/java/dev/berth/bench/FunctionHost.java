package dev.berth.bench;

/** Starts functions without a runner. Blocks. */
interface FunctionHost {

    /** Starts an example function by its name and waits until its socket is there. */
    BareFunction start(String function);

    /** The engine as it is called in the runner's settings. */
    String kind();

    /** What runs the functions, for the list of conditions. */
    String description();
}
