package dev.berth.bus;

import dev.berth.call.CallRequest;

/**
 * Opens a call's stream from ingress to worker. Request bytes follow as data, half-close ends the body.
 *
 * @param looked whether somebody will look at what the call has used, however short it is
 */
public record RunCall(String containerId, long lease, CallRequest request, boolean looked) {
    public RunCall(String containerId, long lease, CallRequest request) {
        this(containerId, lease, request, false);
    }
}
