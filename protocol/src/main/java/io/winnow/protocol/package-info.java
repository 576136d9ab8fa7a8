/**
 * What actors say to each other, and how it travels. Messages are immutable facts: ids, steps,
 * published arrays. Each names the run, the attempt and, where it belongs to one, the step, so that
 * what is late, doubled or of a lower attempt can be told and dropped.
 */
package io.winnow.protocol;
