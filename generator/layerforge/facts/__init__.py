"""The world's facts as data with source and date: runtimes, operating systems, limits."""
