/**
 * Measures what steps cost besides computing: real coordinators, step loops, layers, workers and
 * messages, with sweeps that compute nothing.
 */
package io.winnow.actors.bench;
