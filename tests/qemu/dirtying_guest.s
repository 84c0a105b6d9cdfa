# The guest whose migration is measured: a boot sector that fills its memory, says so, and then
# writes to a working set at a set rate, by the clock, for ever.
#
# The parameters at its end are filled in for each virtual machine (guest_load.cpp).
        .code16
        .globl start
start:
        cli
        xorw %ax, %ax
        movw %ax, %ds
        inb $0x92, %al                  # the A20 line: all of memory is to be reached
        orb $2, %al
        outb %al, $0x92
        lgdt descriptors
        movl %cr0, %eax
        orl $1, %eax
        movl %eax, %cr0
        ljmp $8, $protected

        .code32
protected:
        movw $16, %ax
        movw %ax, %ds
        movw %ax, %es
        movw %ax, %ss
        movl $0x7000, %esp

        # Not zero anywhere: a page of zeros costs a migration nothing.
        movl $first_page, %edi
fill:
        movl %edi, (%edi)
        addl $page, %edi
        cmpl memory_end, %edi
        jb fill
        movb $'F', %al
        outb %al, $0xe9                 # QEMU's debug console

        # The timer wakes it a hundred times a second; in between it halts, so that the processor is
        # free for the migration. Vector 8 is where the BIOS has left the timer's interrupt.
        movl $(8 << 16) + tick, interrupts + 8 * 8
        movl $0x8e00, interrupts + 8 * 8 + 4
        lidt interrupt_table
        movb $0xfe, %al
        outb %al, $0x21
        movb $0xff, %al
        outb %al, $0xa1
        movb $0x34, %al
        outb %al, $0x43
        movw $11932, %ax                # of 1.193182 MHz
        outb %al, $0x40
        movb %ah, %al
        outb %al, $0x40

        orl $1, hpet + 0x10             # the HPET counts: 10^8 a second in QEMU
        movl $first_page, %edi
        movl hpet + 0xf0, %esi
        xorl %ebp, %ebp                 # time that is not written for yet
        sti
sleep:
        hlt
        movl hpet + 0xf0, %eax
        movl %eax, %edx
        subl %esi, %eax
        movl %edx, %esi
        movl ticks_per_page, %ecx
        jecxz sleep                     # a guest that writes nothing
        addl %eax, %ebp
write:
        cmpl %ecx, %ebp
        jb sleep
        subl %ecx, %ebp
        incl (%edi)
        addl $page, %edi
        cmpl working_set_end, %edi
        jb write
        movl $first_page, %edi
        jmp write

tick:
        pushl %eax
        movb $0x20, %al
        outb %al, $0x20
        popl %eax
        iret

segments:
        .quad 0
        .quad 0x00cf9a000000ffff        # code, all of memory
        .quad 0x00cf92000000ffff        # data
descriptors:
        .word 23
        .long segments
interrupt_table:
        .word 0x7ff
        .long interrupts

        .set page, 4096
        .set first_page, 0x100000       # the BIOS's things end there
        .set interrupts, 0x1000
        .set hpet, 0xfed00000

        .org 0x1f0
memory_end:
        .long 0
working_set_end:
        .long 0
ticks_per_page:
        .long 0
        .org 0x1fe
        .word 0xaa55
