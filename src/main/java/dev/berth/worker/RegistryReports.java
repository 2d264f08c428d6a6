package dev.berth.worker;

import dev.berth.bus.RegistryMessage;

/** The way to this node's slot registry. */
@FunctionalInterface
interface RegistryReports {
    void tell(RegistryMessage message);
}
