package dev.berth.call;

/** One HTTP header line. Names compare case-insensitively, but keep the case they came in. */
public record Header(String name, String value) {}
