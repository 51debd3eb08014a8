/* What heed wants of an MPI. Each MPI has an interface of its own for programs, so what uses it is
   a small library, built once for each (examples/mpi/), which heed loads only as one of several
   ranks. This is all that the two know of each other. Plain C, because it is read across that
   border. */
#pragma once

#include <stdint.h>

#define HEED_MPI_VERSION 1
#define HEED_MPI_ENTRY "heed_mpi_begin"

/* What the library is told. The texts of `report` have no line break; it may be called from another
   thread. */
struct HeedMpiOptions {
  int version;         /* HEED_MPI_VERSION */
  double patience;     /* seconds without a sign of life after which a rank is dead */
  double rank_timeout; /* seconds in which a rank must get on */
  int failure_code;    /* with which a process ends when another one is dead or stuck */
  void (*report)(const char* text);
};

/* The ranks. Counts are in bytes, buffers as in MPI_Allgatherv and MPI_Alltoallv without gaps. */
struct HeedMpi {
  const char* name; /* "Open MPI 4.1.4" */
  int rank, size;
  void (*gather)(const void* mine, const int64_t* sizes, void* all);
  void (*exchange)(const void* mine, const int64_t* outgoing, void* theirs,
                   const int64_t* incoming);
  void (*get_on)(const char* work, int64_t number); /* `work` is a literal */
  void (*finish)(void);                             /* collective: nothing more will be called */
  void (*fail)(int code);                           /* ends this and all other ranks; no return */
};

/* heed_mpi_begin: collective. NULL if it cannot begin, having written why to `fault`. */
typedef const struct HeedMpi* (*HeedMpiBegin)(const struct HeedMpiOptions* options, char* fault,
                                              int fault_size);
