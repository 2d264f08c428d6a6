package dev.berth.error;

/** Who is to blame for an error. Decides its exception type, its log level and {@code errorUser}. */
public enum Blame {
    /** The load balancer or whoever speaks to us sent something that cannot be served. */
    CALLER,
    /** The function, its image or its owner: {@code errorUser} is set. */
    FUNCTION,
    /** There is no room, or none in time. */
    CAPACITY,
    /** Berth, its engine or its machine. */
    PLATFORM,
    /** The caller has gone; nobody hears the error. */
    NOBODY
}
