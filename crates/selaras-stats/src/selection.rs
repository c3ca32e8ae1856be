//! How much self-selection it would take to overturn a statement (Meng 2018).
