/**
 * {@code make bench-micro}: the parts of the packet path one by one, by JMH. The benchmarks stand
 * in the packages of what they measure, most of which is not public.
 */
package dev.taltun.bench.micro;
