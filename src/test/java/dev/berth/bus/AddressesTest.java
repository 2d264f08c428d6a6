package dev.berth.bus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class AddressesTest {
    @Test
    void everyAddressTellsWhoseItIs() {
        for (String address : new String[] {
            Addresses.registry("a-1"),
            Addresses.ingress("a-1", 0),
            Addresses.worker("a-1", 12),
            Addresses.node("a-1"),
            Addresses.frames(Addresses.worker("a-1", 3))
        }) {
            assertThat(Addresses.incarnation(address)).isEqualTo("a-1");
        }
        for (String other :
                new String[] {"", "x", "berth.", "berth.a", "berth.a.", "berth..registry", "birth.a.registry"}) {
            assertThat(Addresses.incarnation(other)).as(other).isNull();
        }
    }

    @Test
    void onlyAddressesOfOneIncarnationAreOnTheSameNode() {
        assertThat(Addresses.sameNode(Addresses.ingress("a", 0), Addresses.worker("a", 12)))
                .isTrue();
        assertThat(Addresses.sameNode(
                        Addresses.frames(Addresses.ingress("a", 0)), Addresses.frames(Addresses.registry("a"))))
                .isTrue();
        assertThat(Addresses.sameNode(Addresses.ingress("a", 0), Addresses.ingress("b", 0)))
                .isFalse();
        assertThat(Addresses.sameNode("x", "x")).isFalse();
    }
}
