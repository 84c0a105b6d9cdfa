#pragma once
// Whether the address sanitizer watches: it needs descriptors and system calls that some tests take
// away from their process.
#if defined(__SANITIZE_ADDRESS__)
#define LEADLINE_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEADLINE_ADDRESS_SANITIZER
#endif
#endif
