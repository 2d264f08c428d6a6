package dev.berth.config;

/** Whether each socket directory is a small file system of its own, in memory. */
public enum SocketTmpfs {
    /** If this process may mount one and the container engine sees it. */
    AUTO,
    ON,
    OFF
}
