package dev.berth.engine;

/** Which runner instances of this machine are alive. Methods may block; thread-safe. */
public interface Instances {

    /** This instance: 12 lower-case hex digits, new for every start. */
    String instanceId();

    /** Machine and socket root: whose instances can be judged by {@link #alive}. */
    String owner();

    /** Whether an instance of the same owner still runs. */
    boolean alive(String instanceId);
}
