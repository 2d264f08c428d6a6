package dev.berth.bus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class AddressesTest {
    @Test
    void onlyAddressesOfOneNodeAreOnTheSameNode() {
        assertThat(Addresses.sameNode(Addresses.ingress("a.b", 0), Addresses.worker("a.b", 12)))
                .isTrue();
        assertThat(Addresses.sameNode(
                        Addresses.frames(Addresses.ingress("a", 0)), Addresses.frames(Addresses.registry("a"))))
                .isTrue();
        assertThat(Addresses.sameNode(Addresses.ingress("a", 0), Addresses.ingress("b", 0)))
                .isFalse();
        assertThat(Addresses.sameNode(Addresses.ingress("a", 0), Addresses.worker("a.b", 0)))
                .isFalse();
        assertThat(Addresses.sameNode("x", "x")).isFalse();
    }
}
