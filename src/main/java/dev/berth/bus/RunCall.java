package dev.berth.bus;

import dev.berth.call.CallRequest;

/** Opens a call's stream from ingress to worker. Request bytes follow as data, half-close ends the body. */
public record RunCall(String containerId, long lease, CallRequest request) {}
