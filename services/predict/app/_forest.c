/*
 * Boosted trees, scored by bit vectors.
 *
 * Each tree has at most 64 leaves. A node whose condition is false rules out the leaves of its left
 * subtree; what remains is a bit mask over the leaves, and the lowest bit left is the leaf that the
 * row reaches. For each feature the masks of all trees are combined ahead of time for each rank that a
 * value can have among the feature's thresholds, so that a row costs one AND of long vectors per
 * feature and one lookup per tree.
 *
 * Source: Lucchese et al., QuickScorer, SIGIR 2015; the vectors over trees follow their V-QuickScorer.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <structmember.h>

#if defined(__x86_64__) && defined(__GLIBC__)
#define FASTEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FASTEST
#endif

#define BLOCK 256 /* bytes that stay in registers while all features are combined */
#define TILE 64   /* rows that are scored together */
#define MOST_FEATURES 4096
#define MOST_REGISTERS 2048 /* 16 KiB of the stack */
#define MOST_OUTPUTS 1024

typedef struct {
    Py_ssize_t offset;  /* of the field in a row */
    PyObject *ranks;    /* dict from label to rank, None for a missing one; NULL for a number */
    int unknown;        /* rank of a label that is not among them; below 0 where there can be none */
    double *thresholds; /* ascending */
    Py_ssize_t count;   /* of thresholds; the rank of a missing number is count + 1 */
    const uint8_t *masks;
    PyObject *owner; /* the bytes that thresholds and masks lie in */
    PyObject *masks_owner;
} Feature;

typedef struct {
    uint16_t code; /* e: exp, n: minus, l: log, s: logistic, > and <: the larger and smaller, + - * / */
    uint16_t left, right, target;
} Step;

typedef struct {
    PyObject_HEAD
    PyTypeObject *row_type;
    Feature *features;
    Py_ssize_t feature_count;
    Py_ssize_t stride; /* bytes of one mask vector, a multiple of BLOCK */
    int width;         /* bytes of one tree's mask */
    PyObject *leaves;  /* bytes: for each tree, width * 8 doubles */
    PyObject *ends;    /* bytes: for each ensemble, the number of its last tree + 1 */
    PyObject *steps;
    PyObject *registers; /* bytes: initial doubles, ensembles first, then constants */
    PyObject *outputs;   /* bytes: for each output, its register as uint16 */
} Forest;

static void forest_dealloc(Forest *self) {
    for (Py_ssize_t f = 0; f < self->feature_count; f++) {
        Py_XDECREF(self->features[f].ranks);
        Py_XDECREF(self->features[f].owner);
        Py_XDECREF(self->features[f].masks_owner);
    }
    PyMem_Free(self->features);
    Py_XDECREF(self->row_type);
    Py_XDECREF(self->leaves);
    Py_XDECREF(self->ends);
    Py_XDECREF(self->steps);
    Py_XDECREF(self->registers);
    Py_XDECREF(self->outputs);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int read_feature(Feature *feature, PyTypeObject *row_type, PyObject *item, Py_ssize_t stride) {
    const char *field;
    PyObject *ranks, *thresholds, *masks;
    if (!PyArg_ParseTuple(item, "sOiSS", &field, &ranks, &feature->unknown, &thresholds, &masks)) return -1;
    PyObject *member = PyObject_GetAttrString((PyObject *)row_type, field);
    if (member == NULL) return -1;
    int usable = Py_IS_TYPE(member, &PyMemberDescr_Type) &&
                 ((PyMemberDescrObject *)member)->d_member->type == T_OBJECT_EX;
    if (usable) feature->offset = ((PyMemberDescrObject *)member)->d_member->offset;
    Py_DECREF(member);
    if (!usable) {
        PyErr_SetString(PyExc_TypeError, "the row type keeps its fields elsewhere");
        return -1;
    }
    feature->count = PyBytes_GET_SIZE(thresholds) / (Py_ssize_t)sizeof(double);
    feature->thresholds = (double *)PyBytes_AS_STRING(thresholds);
    feature->masks = (const uint8_t *)PyBytes_AS_STRING(masks);
    feature->owner = Py_NewRef(thresholds);
    feature->masks_owner = Py_NewRef(masks);
    feature->ranks = PyDict_Check(ranks) ? Py_NewRef(ranks) : NULL;
    if (PyBytes_GET_SIZE(masks) != (feature->count + 2) * stride || feature->count > 65000 ||
        feature->unknown > feature->count + 1) {
        PyErr_SetString(PyExc_ValueError, "a feature has masks of another size");
        return -1;
    }
    return 0;
}

static PyObject *forest_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(kwargs)) {
    PyTypeObject *row_type;
    PyObject *features, *leaves, *ends, *steps, *registers, *outputs;
    Py_ssize_t stride;
    int width;
    if (!PyArg_ParseTuple(args, "O!O!niSSSSS", &PyType_Type, &row_type, &PyList_Type, &features, &stride,
                          &width, &leaves, &ends, &steps, &registers, &outputs))
        return NULL;
    Py_ssize_t registered = PyBytes_GET_SIZE(registers) / (Py_ssize_t)sizeof(double);
    Py_ssize_t count = PyList_GET_SIZE(features);
    if (stride <= 0 || stride % BLOCK || count < 1 || count > MOST_FEATURES ||
        registered > MOST_REGISTERS || (width != 1 && width != 2 && width != 4 && width != 8)) {
        PyErr_SetString(PyExc_ValueError, "the forest's sizes are not possible");
        return NULL;
    }
    const int64_t *last = (const int64_t *)PyBytes_AS_STRING(ends);
    Py_ssize_t ensembles = PyBytes_GET_SIZE(ends) / (Py_ssize_t)sizeof(int64_t);
    int64_t before = 0;
    for (Py_ssize_t e = 0; e < ensembles; e++) {
        if (last[e] < before || last[e] * width > stride) ensembles = -1;
        before = last[e];
    }
    if (ensembles < 1 || ensembles > registered ||
        PyBytes_GET_SIZE(leaves) < before * width * 8 * (Py_ssize_t)sizeof(double)) {
        PyErr_SetString(PyExc_ValueError, "the ensembles do not fit the forest");
        return NULL;
    }
    const Step *program = (const Step *)PyBytes_AS_STRING(steps);
    for (Py_ssize_t s = 0; s < PyBytes_GET_SIZE(steps) / (Py_ssize_t)sizeof(Step); s++)
        if (program[s].left >= registered || program[s].right >= registered ||
            program[s].target >= registered) {
            PyErr_SetString(PyExc_ValueError, "a step names a register that does not exist");
            return NULL;
        }
    const uint16_t *wanted = (const uint16_t *)PyBytes_AS_STRING(outputs);
    Py_ssize_t asked = PyBytes_GET_SIZE(outputs) / (Py_ssize_t)sizeof(uint16_t);
    for (Py_ssize_t o = 0; o < asked; o++)
        if (wanted[o] >= registered) asked = 0;
    if (asked < 1 || asked > MOST_OUTPUTS) {
        PyErr_SetString(PyExc_ValueError, "an output names a register that does not exist");
        return NULL;
    }
    Forest *self = (Forest *)type->tp_alloc(type, 0);
    if (self == NULL) return NULL;
    self->row_type = (PyTypeObject *)Py_NewRef(row_type);
    self->stride = stride;
    self->width = width;
    self->leaves = Py_NewRef(leaves);
    self->ends = Py_NewRef(ends);
    self->steps = Py_NewRef(steps);
    self->registers = Py_NewRef(registers);
    self->outputs = Py_NewRef(outputs);
    self->features = PyMem_Calloc((size_t)count, sizeof(Feature));
    if (self->features == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    self->feature_count = count;
    for (Py_ssize_t f = 0; f < count; f++)
        if (read_feature(&self->features[f], row_type, PyList_GET_ITEM(features, f), stride) < 0) {
            Py_DECREF(self);
            return NULL;
        }
    return (PyObject *)self;
}

/* The number of thresholds below the value. */
static uint16_t rank_of(const Feature *feature, double value) {
    if (isnan(value)) return (uint16_t)(feature->count + 1);
    const double *base = feature->thresholds;
    Py_ssize_t length = feature->count;
    while (length > 0) {
        Py_ssize_t half = length / 2;
        if (base[half] < value) {
            base += half + 1;
            length -= half + 1;
        } else {
            length = half;
        }
    }
    return (uint16_t)(base - feature->thresholds);
}

/* Read one row into ranks; the rows' validity is the reader's business, not ours. */
static int read_row(const Forest *self, PyObject *row, uint16_t *ranks) {
    if (!Py_IS_TYPE(row, self->row_type)) {
        PyErr_SetString(PyExc_TypeError, "a row is not of the forest's row type");
        return -1;
    }
    for (Py_ssize_t f = 0; f < self->feature_count; f++) {
        const Feature *feature = &self->features[f];
        PyObject *value = *(PyObject **)((char *)row + feature->offset);
        if (feature->ranks != NULL) {
            PyObject *rank = value == NULL ? NULL : PyDict_GetItemWithError(feature->ranks, value);
            if (rank == NULL && (feature->unknown < 0 || PyErr_Occurred())) {
                if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "a label has no rank");
                return -1;
            }
            ranks[f] = (uint16_t)(rank == NULL ? feature->unknown : PyLong_AsLong(rank));
        } else if (value == Py_None) {
            ranks[f] = (uint16_t)(feature->count + 1);
        } else {
            double number = value == NULL ? NAN : PyFloat_AsDouble(value);
            if (number == -1.0 && PyErr_Occurred()) return -1;
            ranks[f] = rank_of(feature, number);
        }
    }
    return 0;
}

/* Several sums at a time: one alone would wait for each addition before the next. */
#define LANES 8
#define LEAF(TYPE, at) leaves[(at) * (int64_t)sizeof(TYPE) * 8 + __builtin_ctzll(masks[(at) - base])]
#define SUM_LEAVES(TYPE)                                                                      \
    do {                                                                                      \
        const TYPE *masks = (const TYPE *)(const void *)block;                                \
        for (; tree + LANES <= end; tree += LANES)                                            \
            for (int lane = 0; lane < LANES; lane++) lanes[lane] += LEAF(TYPE, tree + lane);  \
        for (; tree < end; tree++) lanes[0] += LEAF(TYPE, tree);                              \
    } while (0)

/* Add up the leaves of the trees from `tree` to `end`; the block's first mask is that of the tree `base`. */
static inline __attribute__((always_inline)) double sum_leaves(const Forest *self, const uint64_t *block,
                                                               int64_t base, int64_t tree, int64_t end) {
    const double *leaves = (const double *)PyBytes_AS_STRING(self->leaves);
    double lanes[LANES] = {0}, total = 0;
    switch (self->width) {
        case 1: SUM_LEAVES(uint8_t); break;
        case 2: SUM_LEAVES(uint16_t); break;
        case 4: SUM_LEAVES(uint32_t); break;
        default: SUM_LEAVES(uint64_t);
    }
    for (int lane = 0; lane < LANES; lane++) total += lanes[lane];
    return total;
}

/*
 * For some rows, combine the masks of all features and add up the leaves that are left, block by block:
 * the masks and the leaves of one block stay in the cache.
 */
FASTEST static void sum_rows(const Forest *self, const uint16_t *ranks, Py_ssize_t rows, double *sums) {
    const Py_ssize_t count = self->feature_count, stride = self->stride;
    const int64_t *ends = (const int64_t *)PyBytes_AS_STRING(self->ends);
    const Py_ssize_t ensembles = PyBytes_GET_SIZE(self->ends) / (Py_ssize_t)sizeof(int64_t);
    memset(sums, 0, (size_t)(rows * ensembles) * sizeof(double));
    for (Py_ssize_t at = 0; at < stride; at += BLOCK) {
        const int64_t base = at / self->width, past = (at + BLOCK) / self->width;
        for (Py_ssize_t r = 0; r < rows; r++) {
            const uint16_t *own = ranks + r * count;
            uint64_t block[BLOCK / 8];
            memcpy(block, self->features[0].masks + own[0] * stride + at, BLOCK);
            for (Py_ssize_t f = 1; f < count; f++) {
                const uint8_t *vector = self->features[f].masks + own[f] * stride + at;
                uint64_t other[BLOCK / 8];
                memcpy(other, vector, BLOCK);
                for (int i = 0; i < BLOCK / 8; i++) block[i] &= other[i];
            }
            int64_t first = 0;
            for (Py_ssize_t e = 0; e < ensembles; first = ends[e++]) {
                const int64_t from = first > base ? first : base, to = ends[e] < past ? ends[e] : past;
                if (from < to) sums[r * ensembles + e] += sum_leaves(self, block, base, from, to);
            }
        }
    }
}

/* Do the arithmetic behind a row's sums, in registers whose constants are set. */
static void finish_row(const Forest *self, const double *sums, double *registers, double *output) {
    memcpy(registers, sums, (size_t)(PyBytes_GET_SIZE(self->ends) / (Py_ssize_t)sizeof(int64_t)) * sizeof(double));
    const Step *steps = (const Step *)PyBytes_AS_STRING(self->steps);
    for (Py_ssize_t s = 0; s < PyBytes_GET_SIZE(self->steps) / (Py_ssize_t)sizeof(Step); s++) {
        double left = registers[steps[s].left], right = registers[steps[s].right];
        switch (steps[s].code) {
            case 'e': left = exp(left); break;
            case 'l': left = log(left); break;
            case 'n': left = -left; break;
            case 's': left = 1 / (1 + exp(-left)); break;
            case '>': left = left > right ? left : right; break;
            case '<': left = left < right ? left : right; break;
            case '+': left += right; break;
            case '-': left -= right; break;
            case '*': left *= right; break;
            case '/': left /= right; break;
        }
        registers[steps[s].target] = left;
    }
    const uint16_t *outputs = (const uint16_t *)PyBytes_AS_STRING(self->outputs);
    for (Py_ssize_t o = 0; o < PyBytes_GET_SIZE(self->outputs) / (Py_ssize_t)sizeof(uint16_t); o++)
        output[o] = registers[outputs[o]];
}

static PyObject *forest_score(Forest *self, PyObject *rows) {
    if (!PyList_Check(rows)) {
        PyErr_SetString(PyExc_TypeError, "the rows are not a list");
        return NULL;
    }
    Py_ssize_t count = PyList_GET_SIZE(rows);
    const Py_ssize_t outputs = PyBytes_GET_SIZE(self->outputs) / (Py_ssize_t)sizeof(uint16_t);
    const Py_ssize_t ensembles = PyBytes_GET_SIZE(self->ends) / (Py_ssize_t)sizeof(int64_t);
    PyObject *result = PyBytes_FromStringAndSize(NULL, count * outputs * (Py_ssize_t)sizeof(double));
    uint16_t *ranks = PyMem_Malloc((size_t)(count * self->feature_count) * sizeof(uint16_t) + 1);
    double *sums = PyMem_Malloc((size_t)(TILE * ensembles) * sizeof(double));
    double registers[MOST_REGISTERS];
    if (result == NULL || ranks == NULL || sums == NULL) {
        PyErr_NoMemory();
        goto failed;
    }
    for (Py_ssize_t r = 0; r < count; r++)
        if (read_row(self, PyList_GET_ITEM(rows, r), ranks + r * self->feature_count) < 0) goto failed;
    memcpy(registers, PyBytes_AS_STRING(self->registers), (size_t)PyBytes_GET_SIZE(self->registers));
    double *output = (double *)PyBytes_AS_STRING(result);
    PyThreadState *state = count > 64 ? PyEval_SaveThread() : NULL;
    for (Py_ssize_t first = 0; first < count; first += TILE) {
        Py_ssize_t rows = count - first < TILE ? count - first : TILE;
        sum_rows(self, ranks + first * self->feature_count, rows, sums);
        for (Py_ssize_t r = 0; r < rows; r++)
            finish_row(self, sums + r * ensembles, registers, output + (first + r) * outputs);
    }
    if (state != NULL) PyEval_RestoreThread(state);
    PyMem_Free(sums);
    PyMem_Free(ranks);
    return result;
failed:
    PyMem_Free(sums);
    PyMem_Free(ranks);
    Py_XDECREF(result);
    return NULL;
}

static PyMethodDef forest_methods[] = {
    {"score", (PyCFunction)forest_score, METH_O, "Score a list of rows: a double for each output of each, as bytes."},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject forest_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "services.predict.app._forest.Forest",
    .tp_basicsize = sizeof(Forest),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = forest_new,
    .tp_dealloc = (destructor)forest_dealloc,
    .tp_methods = forest_methods,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_forest", "Boosted trees, scored by bit vectors.", -1, NULL, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__forest(void) {
    if (PyType_Ready(&forest_type) < 0) return NULL;
    PyObject *made = PyModule_Create(&module);
    if (made != NULL && PyModule_AddObjectRef(made, "Forest", (PyObject *)&forest_type) < 0) {
        Py_DECREF(made);
        return NULL;
    }
    return made;
}
