#pragma once
// Whether a sanitizer watches: they need descriptors and system calls that some tests take away
// from their process, and to be loaded before any other library.
#if defined(__SANITIZE_ADDRESS__)
#define LEADLINE_ADDRESS_SANITIZER
#endif
#if defined(__SANITIZE_THREAD__)
#define LEADLINE_THREAD_SANITIZER
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEADLINE_ADDRESS_SANITIZER
#endif
#if __has_feature(thread_sanitizer)
#define LEADLINE_THREAD_SANITIZER
#endif
#endif
