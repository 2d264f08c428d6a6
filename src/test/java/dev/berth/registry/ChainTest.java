package dev.berth.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ChainTest {
    private final Chain<String> chain = new Chain<>();

    @Test
    void anEmptyChainHasNeitherEnd() {
        assertThat(chain.isEmpty()).isTrue();
        assertThat(chain.first()).isNull();
        assertThat(chain.last()).isNull();
    }

    @Test
    void linksLeaveFromAnyPlace() {
        Chain.Link<String> a = add("a");
        Chain.Link<String> b = add("b");
        Chain.Link<String> c = add("c");
        Chain.Link<String> d = add("d");

        b.unlink();
        assertThat(inOrder(a, c, d)).containsExactly("a", "c", "d");
        d.unlink();
        assertThat(chain.last()).isEqualTo("c");
        a.unlink();
        assertThat(chain.first()).isEqualTo("c");
        c.unlink();
        assertThat(chain.isEmpty()).isTrue();
    }

    @Test
    void aLinkThatLeftComesBackAtTheEnd() {
        Chain.Link<String> a = add("a");
        Chain.Link<String> b = add("b");
        a.unlink();
        a.unlink();
        chain.addLast(a);

        assertThat(inOrder(b, a)).containsExactly("b", "a");
        assertThat(chain.size()).isEqualTo(2);
    }

    @Test
    void aLinkIsInOneChainAtMost() {
        Chain.Link<String> a = add("a");

        assertThatThrownBy(() -> new Chain<String>().addLast(a)).isInstanceOf(IllegalStateException.class);
    }

    private Chain.Link<String> add(String element) {
        Chain.Link<String> link = new Chain.Link<>(element);
        chain.addLast(link);
        return link;
    }

    /** The chain's elements; the links say where each goes on. */
    @SafeVarargs
    private List<String> inOrder(Chain.Link<String>... links) {
        List<String> elements = new ArrayList<>();
        @Nullable String next = chain.first();
        for (Chain.Link<String> link : links) {
            elements.add(next);
            next = link.next();
        }
        assertThat(next).isNull();
        return elements;
    }
}
