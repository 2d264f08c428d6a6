package dev.berth.ops;

/** What a request may be for. Each includes those before it. */
enum Role {
    /** Health and version: nothing that tells of calls or functions. */
    ANYBODY,
    READER,
    /** May change the node. */
    OPERATOR
}
