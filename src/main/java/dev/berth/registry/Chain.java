package dev.berth.registry;

import org.jspecify.annotations.Nullable;

/**
 * A doubly linked list whose links belong to the elements, so that one leaves from the middle in constant
 * time and without garbage. A link is in one chain at most. Not thread-safe.
 */
final class Chain<E> {

    /** An element's place in a chain. */
    static final class Link<E> {
        private final E element;
        private @Nullable Chain<E> chain;
        private @Nullable Link<E> previous;
        private @Nullable Link<E> next;

        Link(E element) {
            this.element = element;
        }

        /** Leaves its chain, if it is in one. */
        void unlink() {
            if (chain != null) {
                chain.remove(this);
            }
        }

        boolean isLinked() {
            return chain != null;
        }

        @Nullable
        E previous() {
            return previous == null ? null : previous.element;
        }

        @Nullable
        E next() {
            return next == null ? null : next.element;
        }
    }

    private @Nullable Link<E> first;
    private @Nullable Link<E> last;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    @Nullable
    E first() {
        return first == null ? null : first.element;
    }

    @Nullable
    E last() {
        return last == null ? null : last.element;
    }

    void addLast(Link<E> link) {
        adopt(link);
        link.previous = last;
        if (last == null) {
            first = link;
        } else {
            last.next = link;
        }
        last = link;
    }

    private void adopt(Link<E> link) {
        if (link.chain != null) {
            throw new IllegalStateException("already in a chain: " + link.element);
        }
        link.chain = this;
        size++;
    }

    private void remove(Link<E> link) {
        if (link.previous == null) {
            first = link.next;
        } else {
            link.previous.next = link.next;
        }
        if (link.next == null) {
            last = link.previous;
        } else {
            link.next.previous = link.previous;
        }
        link.previous = null;
        link.next = null;
        link.chain = null;
        size--;
    }
}
