#include "textflag.h"

// Four doubles at a time, products and sums in the order of kernel.go and
// never fused, so that both give the same bits.

// func mulAdd4AVX(z, a0, a1, a2, a3, y0, y1, y2, y3 *float64, n int)
TEXT ·mulAdd4AVX(SB), NOSPLIT, $0-80
	MOVQ z+0(FP), DI
	MOVQ a0+8(FP), AX
	MOVQ a1+16(FP), BX
	MOVQ a2+24(FP), CX
	MOVQ a3+32(FP), DX
	MOVQ y0+40(FP), R8
	MOVQ y1+48(FP), R9
	MOVQ y2+56(FP), R10
	MOVQ y3+64(FP), R11
	MOVQ n+72(FP), R12
	XORQ SI, SI

mulLoop:
	SUBQ $4, R12
	JLT  mulDone
	VMOVUPD (AX)(SI*8), Y0
	VMULPD  (R8)(SI*8), Y0, Y0
	VMOVUPD (BX)(SI*8), Y1
	VMULPD  (R9)(SI*8), Y1, Y1
	VMOVUPD (CX)(SI*8), Y2
	VMULPD  (R10)(SI*8), Y2, Y2
	VMOVUPD (DX)(SI*8), Y3
	VMULPD  (R11)(SI*8), Y3, Y3
	VADDPD  Y1, Y0, Y0
	VADDPD  Y3, Y2, Y2
	VADDPD  Y2, Y0, Y0
	VADDPD  (DI)(SI*8), Y0, Y0
	VMOVUPD Y0, (DI)(SI*8)
	ADDQ $4, SI
	JMP  mulLoop

mulDone:
	VZEROUPPER
	RET

// func axpy4AVX(acc, m0, m1, m2, m3 *float64, q0, q1, q2, q3 float64, n int)
TEXT ·axpy4AVX(SB), NOSPLIT, $0-80
	MOVQ acc+0(FP), DI
	MOVQ m0+8(FP), AX
	MOVQ m1+16(FP), BX
	MOVQ m2+24(FP), CX
	MOVQ m3+32(FP), DX
	VBROADCASTSD q0+40(FP), Y4
	VBROADCASTSD q1+48(FP), Y5
	VBROADCASTSD q2+56(FP), Y6
	VBROADCASTSD q3+64(FP), Y7
	MOVQ n+72(FP), R12
	XORQ SI, SI

axpyLoop:
	SUBQ $4, R12
	JLT  axpyDone
	VMULPD (AX)(SI*8), Y4, Y0
	VMULPD (BX)(SI*8), Y5, Y1
	VMULPD (CX)(SI*8), Y6, Y2
	VMULPD (DX)(SI*8), Y7, Y3
	VADDPD Y1, Y0, Y0
	VADDPD Y3, Y2, Y2
	VADDPD Y2, Y0, Y0
	VADDPD (DI)(SI*8), Y0, Y0
	VMOVUPD Y0, (DI)(SI*8)
	ADDQ $4, SI
	JMP  axpyLoop

axpyDone:
	VZEROUPPER
	RET

// func dot2AVX(k, m, e *float64, n int, out *[8]float64)
TEXT ·dot2AVX(SB), NOSPLIT, $0-40
	MOVQ k+0(FP), AX
	MOVQ m+8(FP), BX
	MOVQ e+16(FP), CX
	MOVQ n+24(FP), R12
	MOVQ out+32(FP), DI
	VXORPD Y0, Y0, Y0
	VXORPD Y1, Y1, Y1
	XORQ SI, SI

dotLoop:
	SUBQ $4, R12
	JLT  dotDone
	VMOVUPD (CX)(SI*8), Y4
	VMULPD  (AX)(SI*8), Y4, Y5
	VMULPD  (BX)(SI*8), Y4, Y6
	VADDPD  Y5, Y0, Y0
	VADDPD  Y6, Y1, Y1
	ADDQ $4, SI
	JMP  dotLoop

dotDone:
	VMOVUPD Y0, (DI)
	VMOVUPD Y1, 32(DI)
	VZEROUPPER
	RET

// func cpuHasAVX() bool
//
// The processor and the operating system must both keep the wide registers.
TEXT ·cpuHasAVX(SB), NOSPLIT, $0-1
	MOVB  $0, ret+0(FP)
	MOVL  $1, AX
	XORL  CX, CX
	CPUID
	ANDL  $0x18000000, CX // OSXSAVE, AVX
	CMPL  CX, $0x18000000
	JNE   noAVX
	XORL  CX, CX
	XGETBV
	ANDL  $6, AX // XMM and YMM state
	CMPL  AX, $6
	JNE   noAVX
	MOVB  $1, ret+0(FP)

noAVX:
	RET
